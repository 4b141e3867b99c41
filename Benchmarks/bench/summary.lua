-- wrk: one request over and over; what came of it as one line of JSON.
-- Arguments after --: method, path, body file or -, "close" or "keep".
local function read(name)
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

function init(arguments)
    wrk.method = arguments[1]
    wrk.path = arguments[2]
    if arguments[3] ~= "-" then
        wrk.body = read(arguments[3])
        wrk.headers["Content-Type"] = "application/json"
    end
    if arguments[4] == "close" then wrk.headers["Connection"] = "close" end
end

function done(summary, latency)
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"bytes":%d,"connect_errors":%d,"read_errors":%d,"write_errors":%d,"timeouts":%d,"bad_statuses":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
        summary.bytes, summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.timeout,
        summary.errors.status))
end
