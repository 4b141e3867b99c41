extension Case {
    static let simulation: [Case] = []
}
