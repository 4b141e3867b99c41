/// The names that columns of traces have, by what they say. Data only: ``NameTable`` looks them up.
///
/// Case, spaces, `_`, `-` and `.` do not matter. Where a row has several names for one thing, the one that comes first in the list
/// counts, whatever the order in the row.
enum Vocabulary {
    static func names(of role: ColumnRole) -> [String] {
        switch role {
        case .prefill: prefill
        case .decode: decode
        case .cacheRead:
            [
                "cache_read_input_tokens", "cacheReadInputTokens", "cache_read_tokens", "cacheReadInputTokenCount",
                "prompt_cache_read_tokens", "gen_ai.usage.cache_read_input_tokens",
                "gen_ai.usage.cache_read.input_tokens",
            ]
        case .cacheWritten:
            [
                "cache_creation_input_tokens", "cacheWriteInputTokens", "cacheCreationInputTokens",
                "cache_write_tokens", "cache_creation_tokens", "cache_write_input_tokens", "cacheWriteInputTokenCount",
                "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_creation.input_tokens",
            ]
        case .cachedPart:
            [
                "cached_tokens", "prompt_cache_hit_tokens", "cachedContentTokenCount", "num_cached_tokens",
                "cached_prompt_tokens", "input_cached_tokens", "cached_input_tokens", "prompt_cached_tokens",
                "num_cached_prompt_tokens", "prefix_cached_tokens", "input_cache_read", "cache_read",
                "llm.token_count.prompt_details.cache_read",
            ]
        case .reasoning:
            [
                "reasoning_tokens", "num_reasoning_tokens", "reasoning_token_count", "output_reasoning_tokens",
                "completion_reasoning_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.reasoning.output_tokens",
                "thinking_tokens", "reasoning", "llm.token_count.completion_details.reasoning", "output_reasoning",
            ]
        case .thoughts: ["thoughtsTokenCount", "thoughts_tokens"]
        case .furtherPrompt: ["toolUsePromptTokenCount"]
        case .total:
            [
                "total_tokens", "totalTokens", "totalTokenCount", "number_total_tokens", "num_total_tokens",
                "token_count", "total_token_count", "tokens", "tokens_total", "all_tokens", "tokens_used",
                "gen_ai.usage.total_tokens", "llm.usage.total_tokens",
                "llm.token_count.total", "request_num_tokens", "sum_tokens",
            ]
        case .repetitions:
            [
                "num_model_requests", "requests", "num_requests", "n_requests", "api_requests", "successful_requests",
                "request_count", "requests_count", "count", "n", "frequency", "freq", "weight", "weights",
                "reqs", "req_count", "num_reqs", "n_reqs", "no_of_requests", "num_of_requests", "requests (#)",
                "# requests",
                "# of requests", "no_of_calls", "num_of_calls", "number_of_calls", "total_calls", "api_call_count",
                "cnt", "num",
                "row_count", "num_rows", "n_rows", "probability", "prob", "proportion", "share", "quantile",
                "percentile",
                "total_requests", "number_of_requests", "num_calls", "n_calls", "calls", "call_count", "api_calls",
                "occurrences", "multiplicity", "repetitions", "invocations", "invocation_count", "hits",
            ]
        case .runTotal:
            [
                "total_input_tokens", "total_output_tokens", "total_input", "total_output", "total_generated_tokens",
                "total_prompt_tokens", "total_completion_tokens", "num_prompts",
            ]
        case .identifier:
            [
                "request_id", "requestId", "span_id", "spanId", "x_request_id", "custom_id", "rid", "req_id",
                "response_id", "message_id", "chat_id", "completion_id", "gen_ai.response.id", "id", "uid", "uuid",
                "trace_id", "traceId",
            ]
        case .session:
            [
                "session_id", "sessionId", "session", "conversation_id", "conversationId", "conversation",
                "gen_ai.conversation.id", "session.id", "thread_id", "threadId", "dialog_id", "x_session_id",
                "chat_session_id", "conv_id",
            ]
        case .turn:
            [
                "turn", "turn_index", "turn_id", "turn_number", "round", "round_index", "round_id", "turn_idx",
                "conversation_turn",
            ]
        case .parent: ["parent_chat_id", "parent_request_id", "previous_response_id", "parent_id"]
        case .arrival:
            [
                "arrival_time", "arrived_at", "arrival_timestamp", "arrival", "arrival_s", "arrival_ms", "arrival_us",
                "arrival_ns", "arrival_time_s", "arrival_time_ms", "arrival_time_us", "arrival_time_ns",
                "request_arrived_at", "request_arrival_time", "timestamp", "timestamp_s", "timestamp_ms",
                "timestamp_us", "timestamp_ns", "timestamp_utc", "request_start_ns", "request_start_time",
                "request_timestamp", "request_time", "start_time", "startTime", "start_times",
                "startTimeUnixNano", "start_time_unix_nano", "start_timestamp", "start_time_ms", "start_time_ns",
                "started_at", "created_at", "createdAt", "created", "datetime", "date_time", "event_time", "ts",
                "received_at", "submitted_at", "queued_at", "enqueued_at",
                "@timestamp", "request_created_at", "time",
            ]
        case .hashIDs: ["hash_ids", "block_hashes", "block_ids"]
        case .status:
            [
                "status", "request_status", "status_code", "statusCode", "http_status", "http_status_code",
                "response_code", "response_status", "response_status_code", "http_response_code", "http_code", "state",
                "outcome", "finish_reason", "finishReason", "stop_reason", "result_status",
            ]
        case .failure:
            [
                "error", "errors", "error_message", "errorMessage", "error_code", "error_type", "exception",
                "was_cancelled", "cancelled", "canceled", "is_error", "failed", "timed_out", "aborted",
            ]
        case .success: ["success", "succeeded", "ok", "is_success", "successful"]
        case .phase: ["benchmark_phase", "phase", "is_warmup", "warmup"]
        case .attempt:
            [
                "attempt", "attempts", "attempt_number", "num_attempts", "attempt_no", "attempt_num", "try_number",
                "tries",
                "attempted_retries", "retry", "retries",
                "retry_count", "num_retries", "is_retry", "retry_number", "retry_no", "retry_attempt", "retried",
                "retry_of", "retried_from", "retry_of_request_id",
            ]
        case .recordKind: ["type", "kind", "event", "event_type", "record_type", "object", "span_kind"]
        case .operation: ["gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind"]
        case .period:
            [
                "starting_at", "ending_at", "bucket_start_time", "bucket_start", "bucket_end", "bucket_width", "bucket",
                "window_start", "window_end", "period_start", "period_end", "interval_start", "interval_end",
                "usage_date",
                "usage_date_utc", "aggregation_timestamp", "date", "day", "month", "week", "hour",
            ]
        }
    }

    /// So many names of attempts count the first one too; from ``retriedRequests`` on they name the request that is tried again.
    static let attemptCounts = 8
    static let retriedRequests = 18

    private static let prefill = [
        "ContextTokens", "prompt_tokens", "num_prefill_tokens", "input_length", "input_tokens", "num_prompt_tokens",
        "num_input_tokens", "n_prompt_tokens", "n_input_tokens", "number_input_tokens", "number_of_input_tokens",
        "actual_input_tokens", "inputTokenCount", "promptTokenCount", "prompt_eval_count", "prompt_token_count",
        "input_token_count", "request_num_prefill_tokens", "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens",
        "llm.usage.prompt_tokens", "llm.token_count.prompt", "uncached_input_tokens", "prefill_tokens",
        "request_tokens", "input_lens", "prompt_lens", "input_sequence_length", "input_seq_len", "input_len",
        "input_text_tokens", "context_tokens", "context_length", "context_len", "prefill_length", "prefill_len",
        "prompt_size_tokens", "prompt_size", "tokens_evaluated", "tokens_in", "tokens_prompt", "in_tokens",
        "query_tokens", "prompt_length",
        "prompt_len", "prefill", "isl",
    ]

    private static let decode = [
        "GeneratedTokens", "actual_output_tokens", "actual_output_len", "actual_output_length", "output_tokens",
        "completion_tokens", "num_decode_tokens", "output_length", "num_generation_tokens", "generation_tokens",
        "num_output_tokens", "n_output_tokens", "n_completion_tokens", "number_output_tokens",
        "number_of_output_tokens", "num_completion_tokens", "num_generated_tokens", "output_sequence_length",
        "outputTokenCount",
        "candidatesTokenCount", "responseTokenCount", "eval_count", "output_token_count",
        "completion_token_count",
        "request_num_decode_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens", "llm.token_count.completion", "decode_tokens", "response_tokens",
        "generated_lens", "output_lens", "output_seq_len", "output_len",
        "output_text_tokens", "decode_length", "decode_len", "completion_length", "completion_len",
        "generated_length", "generated_len", "tokens_predicted", "tokens_out", "tokens_completion", "out_tokens",
        "response_length",
        "response_len", "decode", "osl",
    ]

    /// Names of lengths that many logs use for characters. They count where nothing better stands beside them.
    static let oftenCharacters: Set<String> = [
        "promptlength", "promptlen", "responselength", "responselen", "completionlength", "completionlen",
    ]

    /// Names under which the output that was asked for stands, not what came.
    static let requested = [
        "max_tokens", "max_new_tokens", "max_output_tokens", "max_completion_tokens", "requested_output_tokens",
        "requested_output_len", "requested_output_length", "expected_output_len", "expected_output_tokens",
        "target_output_tokens", "output_tokens_mean", "num_predict",
    ]

    /// Prompt columns that leave out what a cache gave or took, where its tokens stand beside them.
    static let withoutCache: Set<String> = [
        "inputtokens", "uncachedinputtokens", "inputtokencount",
    ]

    /// Objects of a JSON row whose members count as those of the row.
    static let containers = [
        "usage", "token_usage", "tokenUsage", "usage_metadata", "usageMetadata", "usage_details", "metrics", "metadata",
        "info", "response", "body", "result", "message", "request", "attributes", "properties", "payload", "stats",
        "llm_output", "response_metadata", "request_metrics", "request_info", "prompt_tokens_details",
        "completion_tokens_details", "input_tokens_details", "output_tokens_details", "input_token_details",
        "output_token_details", "event", "span", "record", "tags", "labels", "SpanAttributes", "span_attributes",
        "output_tokens_detail", "performance", "log", "fields", "_source", "jsonPayload", "input_metrics",
        "output_metrics", "gen_ai", "gen_ai.usage", "llm", "scheduler_info", "timings", "trace",
    ]

    /// Members of a JSON document that hold rows, or that lead to such members.
    static let wrappers = [
        "data", "rows", "requests", "records", "results", "items", "entries", "traces", "trace", "logs", "events",
        "samples", "responses", "generations", "observations", "resourceSpans", "scopeSpans",
        "instrumentationLibrarySpans", "spans", "benchmarks", "successful", "errored", "incomplete", "hits",
        "request_outputs", "individual_responses", "per_request", "runs", "calls", "completions", "resourceLogs",
        "scopeLogs", "logRecords", "batches", "result",
    ]

    /// Those of ``wrappers`` whose rows failed.
    static let failedWrappers: Set<String> = ["errored", "incomplete"]

    /// The object in which a measured value stands with its unit or its type.
    static let valueMembers = ["value", "intValue", "doubleValue", "stringValue", "int_value", "double_value"]

    /// What spans do that are no requests, or that hold those of requests with their tokens added up.
    static let otherOperations: Set<String> = [
        "invokeagent", "createagent", "executetool", "invokeworkflow", "agent", "chain", "workflow", "task", "tool",
        "embeddings", "embedding", "retriever", "retrieval", "reranker", "guardrail", "evaluator",
    ]

    /// Labels of rows that summarise others.
    static let summaries: Set<String> = [
        "total", "totals", "subtotal", "grandtotal", "sum", "overall", "summe", "gesamt", "insgesamt", "somme",
        "mean", "average", "avg", "std", "stddev", "min", "max", "median", "count", "25%", "50%", "75%", "90%", "95%",
        "99%", "p25", "p50", "p75", "p90", "p95", "p99", "all",
    ]

    /// Words of a status that say that a request did not end as it should.
    static let failures = [
        "fail", "error", "cancel", "abort", "timeout", "timedout", "rejected", "exception", "refused",
        "interrupted", "killed", "expired",
    ]

    /// Parts of names that tell of tokens of one request, and of something else although they name tokens.
    static let lengthWords = [
        "prompt", "input", "output", "completion", "generat", "response", "context", "decode", "prefill", "cach",
        "reus",
        "system", "tool", "history", "think",
    ]
    static let otherWords = [
        "per", "cost", "price", "rate", "latency", "time", "limit", "max", "budget", "throughput", "speed", "ratio",
        "percent", "requested", "target", "expected", "cum", "detail",
    ]
}
