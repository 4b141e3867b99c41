/// The name of a value in the log, as each format writes it in front of the value.
struct LogKey {
    /// `,"name":`
    let json: StaticString
    /// ` name=`
    let text: StaticString
}
