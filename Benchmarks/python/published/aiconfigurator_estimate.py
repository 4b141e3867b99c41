"""AIConfigurator's estimate of one AFD configuration: two Attention nodes of eight H200 and one of FFN, a batch of 64 a GPU."""


def prepare():
    from aiconfigurator.cli.api import cli_estimate

    def ask():
        result = cli_estimate(
            mode="afd",
            model_path="Qwen/Qwen3-235B-A22B",
            system_name="h200_sxm",
            isl=4000,
            osl=1000,
            n_a_nodes=2,
            n_f_nodes=1,
            a_tp_size=1,
            a_batch_size=64,
            f_moe_ep_size=8,
            num_microbatches=3,
            pipeline_model="optimistic",
            afd_phase="decode",
            afd_combined_with_pd=False,
        )
        return f"TPOT {result.tpot:.1f} ms"

    return ask
