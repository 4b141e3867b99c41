import Testing

@testable import Simulation

@Suite("Forecasts of a rate")
struct RateForecastTests {
    private func forecast(recent: Int = 5, _ rates: [Double]) -> RateForecast {
        var forecast = RateForecast(recent: recent)
        for rate in rates { forecast.add(rate) }
        return forecast
    }

    private func swing(_ look: Double, period: Double) -> Double {
        12.5 + 11.5 * PortableMath.sine(turns: look / period)
    }

    @Test(
        "a swing that was seen for a period is gone on with, whatever its phase and length",
        arguments: [15.0, 40, 150, 700])
    func swings(period: Double) throws {
        for start in [0.1, 0.35, 0.6, 0.85] {
            let looks = Int(period * 2.3)
            let first = start * period
            let seen = (0..<looks).map { swing(first + Double($0) + 0.5, period: period) }
            let found = try #require(forecast(seen).swing())
            #expect(abs(found.period / period - 1) < 0.03)
            #expect(found.share > 0.98)
            let ahead = period / 4
            let end = first + Double(looks)
            let most = (0...64).map { swing(end + ahead * Double($0) / 64, period: period) }.max() ?? 0
            #expect(abs(forecast(seen).largest(ahead: ahead) - most) < 0.06 * 24, "period \(period) from \(start)")
        }
    }

    @Test("a line that rises is gone on with; one that falls, and noise, are not")
    func lines() {
        // From the middle of the last interval at 14 to the end of the next three.
        #expect(abs(forecast([10, 11, 12, 13, 14]).largest(ahead: 3) - 17.5) < 1e-9)
        #expect(abs(forecast([14, 13, 12, 11, 10]).largest(ahead: 3) - 10) < 1e-9)
        let noise = forecast([12, 11.6, 12.3, 11.9, 12.2]).largest(ahead: 3)
        #expect(noise < 12.5 && noise > 11.9)
        #expect(forecast([]).largest(ahead: 3) == 0)
        #expect(forecast([7]).largest(ahead: 3) == 7)
        #expect(forecast([5, 9]).largest(ahead: 3) == 7)
    }

    @Test("constant rates have no swing, and what is remembered is bounded")
    func bounds() {
        #expect(forecast([Double](repeating: 5, count: 100)).swing() == nil)
        var long = RateForecast(recent: 5)
        for look in 0..<10_000 { long.add(swing(Double(look) + 0.5, period: 30)) }
        #expect(long.count <= RateForecast.capacity)
        #expect(long.largest(ahead: 8) < 24 * 1.05)
    }

    @Test("sines are those of the mathematics")
    func sines() {
        for (turns, value) in [(0.0, 0.0), (0.25, 1), (0.5, 0), (0.75, -1), (1.0 / 12, 0.5), (-0.25, -1), (7.25, 1)] {
            #expect(abs(PortableMath.sine(turns: turns) - value) < 1e-14)
            #expect(abs(PortableMath.cosine(turns: turns - 0.25) - value) < 1e-14)
        }
    }
}
