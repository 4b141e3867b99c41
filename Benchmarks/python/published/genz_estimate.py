"""GenZ's roofline estimate of one colocated configuration: a decoding step of Mixtral 8x22B on eight H100."""


def prepare():
    from GenZ import decode_moddeling

    def ask():
        result = decode_moddeling(
            model="mistralai/Mixtral-8x22B",
            batch_size=64,
            input_tokens=4000,
            output_tokens=1000,
            Bb=1,
            system_name="H100_GPU",
            bits="bf16",
            tensor_parallel=8,
            debug=False,
        )
        return f"TPOT {result['Latency']:.1f} ms, {result['Throughput']:,.0f} tokens/s"

    return ask
