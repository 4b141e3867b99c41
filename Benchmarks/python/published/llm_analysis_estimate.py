"""llm-analysis' estimate of one colocated configuration: Llama 2 70B on eight A100, prefill and decoding."""


def prepare():
    from llm_analysis.analysis import infer

    def ask():
        result = infer(
            model_name="upstage_Llama-2-70b-instruct-v2",
            gpu_name="a100-sxm-80gb",
            batch_size_per_gpu=16,
            tp_size=8,
            seq_len=1000,
            num_tokens_to_generate=1000,
            log_level="CRITICAL",
        )
        return f"TPOT {result['decode_latency'] * 1e3:.1f} ms"

    return ask
