/// What makes a slot's load vary beside the request in it: it may be empty, and the kernel that reads it takes longer or shorter,
/// as if the load were another.
struct SlotScatter: Hashable, Sendable {
    /// ρ, the probability that the slot is full.
    let occupancy: Double
    /// A constant that is added to the mean, and the variance of an independent normal that is added to the load, tokens and
    /// tokens². The mean may fall, but not below 0.
    var shift = 0.0
    var variance = 0.0

    /// Mean and spread of `load` with it.
    func applied(to load: SlotLoad) -> SlotLoad {
        let occupied = occupancy < 1 ? load.occupied(occupancy) : load
        return shift != 0 || variance > 0 ? occupied.widened(by: variance, movedBy: shift) : occupied
    }
}
