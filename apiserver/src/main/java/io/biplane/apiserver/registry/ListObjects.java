package io.biplane.apiserver.registry;

import io.biplane.api.StatusException;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.render.ListMeta;
import io.biplane.apiserver.storage.ContinueToken;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.store.CompactedException;
import io.biplane.store.KeyValue;
import io.biplane.store.Range;
import io.biplane.store.Store;

import java.util.ArrayList;
import java.util.List;

/** {@code GET} of a collection: whole or in parts, as of one revision. */
final class ListObjects {
    /** Objects looked at in one go while a selector picks few of many. */
    private static final int CHUNK = 1000;

    private final Store store;

    ListObjects(Store store) {
        this.store = store;
    }

    /**
     * A list or a part of one.
     *
     * @param next where the next part begins, {@code ""} at the end
     */
    record Found(List<StoredObject> objects, long revision, String next, long remaining) {}

    Response handle(Call call) {
        Selection selection = Selection.of(call);
        ListOptions options = ListOptions.of(call.query(), false);
        Found found = find(selection, options);
        String token =
                found.next().isEmpty()
                        ? ""
                        : new ContinueToken(
                                        found.revision(),
                                        found.next().substring(selection.prefix().length()))
                                .encode();
        ListMeta meta = new ListMeta(found.revision(), token, found.remaining());
        return Answers.json(
                Answers.OK,
                call.rendering().list(call.resource(), meta, found.objects()),
                List.of());
    }

    Found find(Selection selection, ListOptions options) {
        try {
            if (options.continueToken().isEmpty()) {
                options.checkReached(store.revision());
                long revision = options.isExact() ? options.revision().getAsLong() : 0;
                return find(selection, selection.from(), revision, options.limit());
            }
            if (options.revision().orElse(0) != 0) {
                throw StatusException.badRequest(
                        "specifying resource version is not allowed when using continue");
            }
            ContinueToken token = ContinueToken.parse(options.continueToken());
            String from = selection.prefix() + token.start();
            return find(selection, from, token.revision(), options.limit());
        } catch (CompactedException _) {
            throw StatusException.expired(
                    options.continueToken().isEmpty()
                            ? "The resourceVersion for the provided list is too old."
                            : "The provided continue parameter is too old to display a consistent"
                                    + " list result. You can start a new list without the continue"
                                    + " parameter.");
        }
    }

    private Found find(Selection selection, String start, long revision, int limit) {
        List<StoredObject> objects = new ArrayList<>();
        boolean everything = selection.isEverything();
        String from = start;
        long asOf = revision;
        while (true) {
            int chunk = limit == 0 ? 0 : everything ? limit - objects.size() : CHUNK;
            Range range = store.range(from, selection.toExclusive(), asOf, chunk);
            asOf = range.revision();
            for (KeyValue entry : range.entries()) {
                StoredObject object = StoredObject.of(selection.call().resource(), entry);
                if (limit > 0 && objects.size() == limit) {
                    return new Found(objects, asOf, entry.key(), -1);
                }
                if (everything || selection.selects(object)) {
                    objects.add(object);
                }
            }
            if (!range.more()) {
                return new Found(objects, asOf, "", 0);
            }
            from = ObjectKeys.after(range.entries().getLast().key());
            if (everything) {
                return new Found(objects, asOf, from, range.remaining());
            }
        }
    }
}
