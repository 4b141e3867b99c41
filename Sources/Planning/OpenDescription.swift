import Hardware
import Sizing
import Text

/// A model on devices, of which the degrees of parallelism may be left open.
public struct OpenDescription: Hashable, Sendable {
    public var model: ModelDescription
    public var attentionDevice: DeviceDescription
    public var ffnDevice: DeviceDescription
    public var link: HardwareDescription.Link
    /// Of an Attention instance.
    public var dataParallel: Int
    /// Of an Attention instance; nil where it is to be chosen.
    public var tensorParallel: Int?
    /// Of an FFN instance; nil where it is to be chosen.
    public var expertParallel: Int?

    public init(
        model: ModelDescription, attentionDevice: DeviceDescription, ffnDevice: DeviceDescription,
        link: HardwareDescription.Link, dataParallel: Int = 1, tensorParallel: Int? = nil, expertParallel: Int? = nil
    ) {
        self.model = model
        self.attentionDevice = attentionDevice
        self.ffnDevice = ffnDevice
        self.link = link
        self.dataParallel = dataParallel
        self.tensorParallel = tensorParallel
        self.expertParallel = expertParallel
    }

    /// The description with the fewest devices, in powers of two, that hold the weights beside some cache.
    ///
    /// - Parameters:
    ///   - slotLoad: what a slot holds.
    ///   - microbatches: whose caches must fit, one request a rank each.
    /// - Throws: `InvalidInput` where the model cannot be spread in the given way.
    public func closed(slotLoad: SlotLoad, microbatches: Int) throws(InvalidInput) -> HardwareDescription {
        var choice = self
        if expertParallel == nil {
            var degree = 1
            choice.expertParallel = degree
            while degree < 1024, !model.isMixture || 2 * degree <= model.experts {
                if try choice.memory(slotLoad).ffnFits { break }
                degree *= 2
                choice.expertParallel = degree
            }
        }
        if tensorParallel == nil {
            var degree = 1
            choice.tensorParallel = degree
            while degree < 64, model.attending.allSatisfy({ $0.attention.queryHeads % (2 * degree) == 0 }) {
                if try choice.memory(slotLoad).largestBatch(microbatches: microbatches) >= dataParallel { break }
                degree *= 2
                choice.tensorParallel = degree
            }
        }
        return try choice.description()
    }

    private func memory(_ slotLoad: SlotLoad) throws(InvalidInput) -> MemoryBudget {
        try MemoryBudget(try description(), slotLoad: slotLoad)
    }

    /// Open degrees count 1.
    private func description() throws(InvalidInput) -> HardwareDescription {
        try HardwareDescription(
            model: model,
            attention: .init(
                device: attentionDevice, dataParallel: dataParallel, tensorParallel: tensorParallel ?? 1),
            ffn: .init(device: ffnDevice, expertParallel: expertParallel ?? 1), link: link)
    }
}
