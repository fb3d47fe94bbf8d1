package io.biplane.apiserver.registry;

import io.biplane.api.StatusException;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.watch.ChangeLogs;
import io.biplane.apiserver.watch.WatchStream;
import io.biplane.apiserver.watch.WatchStream.Manner;
import io.biplane.apiserver.watch.WatchStream.Watched;
import io.biplane.store.Store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** {@code GET} of a collection with {@code watch=true}: what happens to it from a revision on. */
final class WatchObjects {
    // Clients without a wish of their own come back at different times.
    private static final int MIN_TIMEOUT_SECONDS = 1800;

    private final Store store;
    private final ListObjects lists;
    private final ChangeLogs logs;

    WatchObjects(Store store, ListObjects lists, ChangeLogs logs) {
        this.store = store;
        this.lists = lists;
        this.logs = logs;
    }

    Response handle(Call call) {
        Selection selection = Selection.of(call);
        ListOptions options = ListOptions.of(call.query(), true);
        options.checkReached(store.revision());
        boolean anyRevision = options.revision().orElse(0) == 0;
        boolean begins = options.sendInitialEvents().orElse(anyRevision);
        List<StoredObject> initial = List.of();
        long after = options.revision().orElse(0);
        if (begins) {
            ListObjects.Found found = lists.find(selection, latest());
            initial = found.objects();
            after = found.revision();
        } else if (anyRevision) {
            after = store.revision();
        } else if (after < store.compactedRevision()) {
            throw StatusException.expired(
                    "too old resource version: %d (%d)"
                            .formatted(after, store.compactedRevision()));
        }
        boolean bookmarks = call.query().flag("allowWatchBookmarks");
        WatchStream stream =
                new WatchStream(
                        logs,
                        new Watched(
                                call.resource(),
                                selection.prefix(),
                                selection.labels(),
                                selection.fields(),
                                after),
                        new Manner(call.rendering(), bookmarks, timeout(call)),
                        initial,
                        bookmarks && options.sendInitialEvents().orElse(false));
        return new Response.Stream(
                200, Map.of("Content-Type", List.of("application/json")), stream);
    }

    private static ListOptions latest() {
        return new ListOptions(
                java.util.OptionalLong.empty(), "", 0, "", java.util.Optional.empty());
    }

    private static Duration timeout(Call call) {
        long seconds = ListOptions.number("timeoutSeconds", call.query().text("timeoutSeconds"));
        return Duration.ofSeconds(
                seconds > 0
                        ? seconds
                        : MIN_TIMEOUT_SECONDS
                                + ThreadLocalRandom.current().nextInt(MIN_TIMEOUT_SECONDS));
    }
}
