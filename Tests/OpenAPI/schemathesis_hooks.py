"""What schemathesis has to be told: newline-delimited JSON is sent as it stands in the description, as text."""
import schemathesis

schemathesis.serializer.alias("application/x-ndjson", "text/plain")
