import SizingNumerics

/// Moments over requests around whole numbers near the means: exact up to their conversion, so nothing cancels.
struct RequestMoments {
    /// Around which ``lengths`` are taken: whole numbers next to the means of P and D.
    let prefillOrigin: Int
    let decodeOrigin: Int
    /// E[(P − origin)^i (D − origin)^j], i + j ≤ 4, at [i][j].
    let lengths: [[Double]]
    /// E[D], steps.
    let steps: Double
    /// Around which ``loads`` and ``products`` are taken: a whole number next to θ.
    let loadOrigin: Int
    /// E[S_k′], S_k′ = Σ_{j<D} (P + j − origin)^k, k = 0…3.
    let loads: [Double]
    /// E[S_a′ S_b′].
    let products: [[Double]]
}

extension RequestSums {
    private func sum(_ term: Term) -> WideInteger {
        guard let index = Self.terms.firstIndex(of: term) else { return .zero }
        return sums(at: index)
    }

    private func sums(at index: Int) -> WideInteger { self[index] }

    private func power(_ i: Int, _ j: Int) -> WideInteger {
        i == 0 && j == 0 ? WideInteger(count) : sum(.power(i, j))
    }

    /// ΣS₀…ΣS₃ and ΣS_a S_b, from the kept sums by Σ_{j<D} j = (D²−D)/2, Σ j² = (2D³−3D²+D)/6, Σ j³ = ((D²−D)/2)².
    private var loadSums: (single: [WideInteger], products: [[WideInteger]]) {
        let s0 = power(0, 1)
        let s1 = power(1, 1) + (power(0, 2) - power(0, 1)).divided(by: 2)
        let squares = (power(0, 3) * 2 - power(0, 2) * 3 + power(0, 1)).divided(by: 6)
        let s2 = power(2, 1) + power(1, 2) - power(1, 1) + squares
        let s3 =
            power(3, 1) + ((power(2, 2) - power(2, 1)) * 3).divided(by: 2)
            + (power(1, 3) * 2 - power(1, 2) * 3 + power(1, 1)).divided(by: 2)
            + (power(0, 4) - power(0, 3) * 2 + power(0, 2)).divided(by: 4)
        let s0s0 = power(0, 2)
        let s0s1 = power(1, 2) + (power(0, 3) - power(0, 2)).divided(by: 2)
        let s0s2 =
            power(2, 2) + power(1, 3) - power(1, 2)
            + (power(0, 4) * 2 - power(0, 3) * 3 + power(0, 2)).divided(by: 6)
        let s1s1 =
            power(2, 2) + power(1, 3) - power(1, 2) + (power(0, 4) - power(0, 3) * 2 + power(0, 2)).divided(by: 4)
        let s0s3 = sum(.product(0, 3))
        let s1s2 = sum(.product(1, 2))
        let s1s3 = sum(.product(1, 3))
        let s2s3 = sum(.product(2, 3))
        return (
            [s0, s1, s2, s3],
            [
                [s0s0, s0s1, s0s2, s0s3], [s0s1, s1s1, s1s2, s1s3], [s0s2, s1s2, sum(.product(2, 2)), s2s3],
                [s0s3, s1s3, s2s3, sum(.product(3, 3))],
            ]
        )
    }

    /// The moments; there must be a request.
    var moments: RequestMoments {
        let n = Double(count)
        let prefillOrigin = Int((power(1, 0).double / n).rounded())
        let decodeOrigin = Int((power(0, 1).double / n).rounded())
        var grid = (0...4).map { i in (0...4).map { j in i + j <= 4 ? power(i, j) : WideInteger.zero } }
        for j in 0...4 {
            var column = (0...(4 - j)).map { grid[$0][j] }
            WideInteger.shift(&column, by: prefillOrigin)
            for i in column.indices { grid[i][j] = column[i] }
        }
        for i in 0...4 {
            var row = Array(grid[i][0...(4 - i)])
            WideInteger.shift(&row, by: decodeOrigin)
            for j in row.indices { grid[i][j] = row[j] }
        }
        var (single, products) = loadSums
        let loadOrigin = Int((single[1].double / single[0].double).rounded())
        WideInteger.shift(&single, by: loadOrigin)
        for a in 0..<4 { WideInteger.shift(&products[a], by: loadOrigin) }
        for b in 0..<4 {
            var column = (0..<4).map { products[$0][b] }
            WideInteger.shift(&column, by: loadOrigin)
            for a in 0..<4 { products[a][b] = column[a] }
        }
        return RequestMoments(
            prefillOrigin: prefillOrigin, decodeOrigin: decodeOrigin, lengths: grid.map { $0.map { $0.double / n } },
            steps: single[0].double / n, loadOrigin: loadOrigin, loads: single.map { $0.double / n },
            products: products.map { $0.map { $0.double / n } })
    }
}

extension WideInteger {
    /// Σx^0, Σx^1, … becomes Σ(x−c)^0, Σ(x−c)^1, …: the binomial transform by repeated differences.
    static func shift(_ sums: inout [WideInteger], by origin: Int) {
        for first in sums.indices.dropFirst() {
            for k in stride(from: sums.count - 1, through: first, by: -1) { sums[k] = sums[k] - sums[k - 1] * origin }
        }
    }
}
