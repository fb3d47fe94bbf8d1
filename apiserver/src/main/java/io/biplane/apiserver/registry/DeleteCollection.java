package io.biplane.apiserver.registry;

import io.biplane.api.Fields;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.call.DeleteRequest;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.render.ListMeta;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.write.DeleteOptions;
import io.biplane.apiserver.write.ObjectDeleter;
import io.biplane.apiserver.write.ObjectWriter.Target;

import java.util.List;

/** {@code DELETE} of a collection: each selected object by itself; those already gone are fine. */
final class DeleteCollection {
    private final ListObjects lists;
    private final ObjectDeleter deleter;

    DeleteCollection(ListObjects lists, ObjectDeleter deleter) {
        this.lists = lists;
        this.deleter = deleter;
    }

    Response handle(Call call) {
        DeleteOptions options = DeleteRequest.parse(call);
        ListObjects.Found found =
                lists.find(Selection.of(call), ListOptions.of(call.query(), false));
        for (StoredObject object : found.objects()) {
            delete(call, object, options);
        }
        ListMeta meta = new ListMeta(found.revision(), "", 0);
        return Answers.json(
                Answers.OK,
                call.rendering().list(call.resource(), meta, found.objects()),
                List.of());
    }

    private void delete(Call call, StoredObject object, DeleteOptions options) {
        String namespace = Fields.string(object.tree(), "metadata", "namespace");
        String name = Fields.string(object.tree(), "metadata", "name");
        try {
            deleter.delete(
                    new Target(call.resource(), namespace.isEmpty() ? null : namespace, name),
                    options);
        } catch (StatusException e) {
            if (e.reason() != Reason.NOT_FOUND) {
                throw e;
            }
        }
    }
}
