/// The version of the service, as answers, metrics and the command line give it.
public enum ServiceVersion {
    public static let current: StaticString = "0.1.0"
}
