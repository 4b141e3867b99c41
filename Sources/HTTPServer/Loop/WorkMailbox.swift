/// Runs the work of a loop's connections on a pool thread and posts what came of it to the loop.
///
/// `@unchecked Sendable`: `loop` is set once, before the loop can have connections and so before anything runs.
final class WorkMailbox: @unchecked Sendable {
    weak var loop: EventLoop?

    func run(_ work: Work, _ id: ConnectionID) {
        guard let loop else { return }
        switch work {
        // It may have waited long.
        case .respond where loop.state.isOutputFull: loop.post(.work(id, .refused(.responsesWaiting)))
        case .respond(let job, let context):
            loop.post(.work(id, .response(job(context))))
        case .consume(let consumer, let chunk):
            loop.post(.work(id, .consumed(by: consumer, consumer.consume(chunk))))
        case .stream(let job, let context, let backlog):
            let stream = ResponseStream(context: context) { bytes, droppable in
                if context.isCancelled { return false }
                if droppable, !backlog.isEmpty { return false }
                backlog.add(bytes.count)
                loop.post(.work(id, .streamPiece(bytes)))
                return true
            }
            job(stream)
            loop.post(.work(id, .streamEnded))
        }
    }
}
