package io.biplane.apiserver.registry;

import io.biplane.api.StatusException;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.watch.ChangeLogs;
import io.biplane.apiserver.write.ObjectDeleter;
import io.biplane.apiserver.write.ObjectWriter;

/** Finds the verb of a call. */
public final class Registry {
    private final Get get;
    private final ListObjects list;
    private final WatchObjects watch;
    private final Create create;
    private final Update update;
    private final Patch patch;
    private final Delete delete;
    private final DeleteCollection deleteCollection;
    private final Scale scale;
    private final Binding binding;
    private final FinalizeNamespace finalizeNamespace;

    public Registry(ObjectWriter writer, ChangeLogs logs) {
        ObjectDeleter deleter = new ObjectDeleter(writer);
        get = new Get(writer);
        list = new ListObjects(writer.store());
        watch = new WatchObjects(writer.store(), list, logs);
        create = new Create(writer);
        update = new Update(writer);
        scale = new Scale(writer);
        patch = new Patch(writer, scale);
        delete = new Delete(writer, deleter);
        deleteCollection = new DeleteCollection(list, deleter);
        binding = new Binding(writer);
        finalizeNamespace = new FinalizeNamespace(writer);
    }

    /**
     * Answers a call.
     *
     * @throws StatusException whatever is wrong with it
     */
    public Response handle(Call call) {
        if (call.name().isEmpty()) {
            return collection(call);
        }
        return switch (call.subresource()) {
            case "", "status" -> object(call);
            case "scale" -> scale(call);
            case "binding" -> only(call, "POST", binding::handle);
            case "finalize" -> only(call, "PUT", finalizeNamespace::handle);
            default -> throw StatusException.noSuchPath();
        };
    }

    @FunctionalInterface
    private interface Verb {
        Response handle(Call call);
    }

    private Response collection(Call call) {
        boolean everywhere = call.resource().namespaced() && call.namespace() == null;
        return switch (call.request().method()) {
            case "GET", "HEAD" ->
                    call.query().flag("watch") ? watch.handle(call) : list.handle(call);
            // All namespaces together are only read: a client that has lost a name of one must not
            // delete what is in the others.
            case "POST" -> {
                if (everywhere) {
                    throw notAllowed(call, "POST");
                }
                yield create.handle(call);
            }
            case "DELETE" -> {
                if (everywhere || !call.resource().verbs().contains("deletecollection")) {
                    throw StatusException.methodNotAllowed(call.resource(), "deletecollection");
                }
                yield deleteCollection.handle(call);
            }
            case String method -> throw notAllowed(call, method);
        };
    }

    private Response object(Call call) {
        return switch (call.request().method()) {
            case "GET", "HEAD" ->
                    call.query().flag("watch") ? watch.handle(call) : get.handle(call);
            case "PUT" -> update.handle(call);
            case "PATCH" -> patch.handle(call);
            case "DELETE" -> {
                if (!call.subresource().isEmpty()) {
                    throw notAllowed(call, "DELETE");
                }
                yield delete.handle(call);
            }
            case String method -> throw notAllowed(call, method);
        };
    }

    private Response scale(Call call) {
        return switch (call.request().method()) {
            case "GET", "HEAD" -> scale.get(call);
            case "PUT" -> scale.update(call);
            case "PATCH" -> patch.handle(call);
            case String method -> throw notAllowed(call, method);
        };
    }

    private static Response only(Call call, String method, Verb verb) {
        if (!call.request().method().equals(method)) {
            throw notAllowed(call, call.request().method());
        }
        return verb.handle(call);
    }

    private static StatusException notAllowed(Call call, String method) {
        String verb =
                switch (method) {
                    case "POST" -> "create";
                    case "PUT" -> "update";
                    case String other -> other.toLowerCase(java.util.Locale.ROOT);
                };
        return StatusException.methodNotAllowed(call.resource(), verb);
    }
}
