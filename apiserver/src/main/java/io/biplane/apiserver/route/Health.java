package io.biplane.apiserver.route;

import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.store.Store;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** Whether the server lives and is ready, and a few figures. */
public final class Health {
    private final Store store;
    private final BooleanSupplier ready;

    /**
     * @param ready whether the objects that must always exist do exist
     */
    public Health(Store store, BooleanSupplier ready) {
        this.store = store;
        this.ready = ready;
    }

    Response handle(Request request, List<String> segments) {
        String endpoint = segments.getFirst();
        boolean started = endpoint.equals("livez") || ready.getAsBoolean();
        if (request.query().flag("verbose") || !started) {
            String mark = started ? "[+]" : "[-]";
            String text =
                    "[+]ping ok\n%sposthook/bootstrap %s\n%s check %s\n"
                            .formatted(
                                    mark,
                                    started ? "ok" : "failed: not finished",
                                    endpoint,
                                    started ? "passed" : "failed");
            return Router.text(started ? 200 : 500, text);
        }
        return Router.text(200, "ok");
    }

    /** In the text form of Prometheus. */
    Response metrics() {
        Runtime runtime = Runtime.getRuntime();
        String text =
                String.format(
                        Locale.ROOT,
                        """
                        # HELP process_start_time_seconds Start time of the process since the epoch.
                        # TYPE process_start_time_seconds gauge
                        process_start_time_seconds %.3f
                        # HELP jvm_memory_used_bytes Heap in use.
                        # TYPE jvm_memory_used_bytes gauge
                        jvm_memory_used_bytes{area="heap"} %d
                        # HELP biplane_store_revision Revision of the latest commit.
                        # TYPE biplane_store_revision gauge
                        biplane_store_revision %d
                        """,
                        ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0,
                        runtime.totalMemory() - runtime.freeMemory(),
                        store.revision());
        return Response.Full.of(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
