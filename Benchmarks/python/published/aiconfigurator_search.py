"""AIConfigurator's search over attention/FFN-disaggregated (AFD) deployments of 24 H200 for decoding alone."""


def prepare(narrow=None):
    from aiconfigurator.sdk.task_v2 import Task

    def ask():
        task = Task(
            serving_mode="afd",
            model_path="Qwen/Qwen3-235B-A22B",
            system_name="h200_sxm",
            total_gpus=24,
            isl=4000,
            osl=1000,
            ttft=10_000,
            tpot=100,
            pareto_sweep=False,
            afd_combined_with_pd=False,
            afd_microbatch_candidates=[3],
            afd_pipeline_model_candidates=["optimistic"],
            **(narrow or {}),
        )
        best = task.run().sort_values("tokens/s", ascending=False).iloc[0]
        return (
            f"{best['(a)nodes']} Attention nodes to {best['(f)nodes']} of FFN ({best['parallel']}), batch {best['b_total']}: "
            f"{best['tokens/s']:,.0f} tokens/s, TPOT {best['tpot']:.1f} ms"
        )

    return ask
