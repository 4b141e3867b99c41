extension Case {
    static let traces: [Case] = []
}
