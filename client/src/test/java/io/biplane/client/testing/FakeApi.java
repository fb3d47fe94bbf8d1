package io.biplane.client.testing;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.selector.FieldSelector;
import io.biplane.api.selector.LabelSelector;
import io.biplane.client.ApiClient;
import io.biplane.client.LineStream;
import io.biplane.client.Request;
import io.biplane.client.Response;
import io.biplane.client.Transport;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;

/** The in-memory API server, as a transport. Safe for use by many threads. */
public final class FakeApi implements Transport {
    private final FakeStore store = new FakeStore();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Function<Request, Optional<StatusException>>> refusals =
            new CopyOnWriteArrayList<>();

    /** A client of this server. */
    public ApiClient client() {
        return new ApiClient(this, "test");
    }

    /** All requests so far, watches too, in the order in which they arrived. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** How many requests with {@code method} had a target with {@code part} in it. */
    public long count(String method, String part) {
        return requests.stream()
                .filter(r -> r.method().equals(method) && r.target().contains(part))
                .count();
    }

    /** Refuses every request for which {@code refusal} gives an error. */
    public void refuse(Function<Request, Optional<StatusException>> refusal) {
        refusals.add(refusal);
    }

    /** Creates an object given as JSON; {@code '} may stand for {@code "}. */
    public ObjectNode create(String json) {
        ObjectNode object = Json.parseObject(json.replace('\'', '"'));
        Resource resource =
                Kinds.BUILT_IN
                        .ofKind(Fields.text(object, "apiVersion"), Fields.text(object, "kind"))
                        .orElseThrow();
        return client().create(resource, object);
    }

    /** The object as stored, if it exists. */
    public Optional<ObjectNode> find(Resource resource, @Nullable String namespace, String name) {
        return store.find(resource, namespace == null ? "" : namespace, name);
    }

    /** All objects of a resource, by namespace and name. */
    public List<ObjectNode> all(Resource resource) {
        return store.list(resource, "");
    }

    /**
     * Waits until the objects of a resource fulfil a condition.
     *
     * @throws AssertionError with what was seen last, when that takes more than ten seconds
     */
    public List<ObjectNode> await(Resource resource, Predicate<List<ObjectNode>> condition) {
        return store.await(() -> all(resource), condition);
    }

    /** Breaks all watches, as a server that dies does. */
    public void breakWatches() {
        store.breakWatches();
    }

    /** Forgets all past versions: a watch from one of them is answered with 410. */
    public void compact() {
        store.compact();
    }

    @Override
    public Response send(Request request) {
        requests.add(request);
        try {
            refuseIfAsked(request);
            ObjectNode answer = FakeVerbs.handle(store, Target.parse(request.target()), request);
            return new Response(200, Map.of(), Json.bytes(answer));
        } catch (StatusException e) {
            return new Response(e.code(), Map.of(), Json.bytes(e.toStatus()));
        }
    }

    @Override
    public LineStream stream(Request request) {
        requests.add(request);
        try {
            refuseIfAsked(request);
            Target target = Target.parse(request.target());
            LabelSelector labels = LabelSelector.parse(target.query("labelSelector"));
            FieldSelector fields = FieldSelector.parse(target.query("fieldSelector"));
            return store.watch(
                    target.resource(),
                    target.namespace(),
                    object -> labels.selects(object) && fields.selects(object),
                    target.query("resourceVersion"));
        } catch (StatusException e) {
            return FakeStream.of(
                    e.code(), Json.text(e.toStatus()).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void refuseIfAsked(Request request) {
        for (Function<Request, Optional<StatusException>> refusal : refusals) {
            Optional<StatusException> refused = refusal.apply(request);
            if (refused.isPresent()) {
                throw refused.get();
            }
        }
    }

    @Override
    public void close() {
        store.breakWatches();
    }
}
