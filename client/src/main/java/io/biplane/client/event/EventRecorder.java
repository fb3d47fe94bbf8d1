package io.biplane.client.event;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.client.ApiClient;
import io.biplane.client.PatchType;
import io.biplane.loop.Loop;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes Events in the background. Nobody waits for an event, and none is worth much: when more
 * than {@value #QUEUE_LENGTH} wait, new ones are dropped and counted.
 */
public final class EventRecorder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventRecorder.class.getName());
    private static final int QUEUE_LENGTH = 4096;
    private static final int REMEMBERED = 2048;

    /**
     * @param host "" for a component that runs on no node
     */
    private record Occurrence(
            String host, ObjectNode about, String type, String reason, String message) {}

    /**
     * The recorder as it speaks for one host, such as the kubelet of a node.
     *
     * @param host the node's name
     */
    public record OnHost(EventRecorder recorder, String host) {
        /** As {@link EventRecorder#normal}. */
        public void normal(ObjectNode about, String reason, String message) {
            recorder.record(new Occurrence(host, reference(about), "Normal", reason, message));
        }

        /** As {@link EventRecorder#warning}. */
        public void warning(ObjectNode about, String reason, String message) {
            recorder.record(new Occurrence(host, reference(about), "Warning", reason, message));
        }
    }

    private record Written(String namespace, String name, int count) {}

    private final ApiClient client;
    private final String component;
    private final BlockingQueue<Occurrence> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH);
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong serial = new AtomicLong(System.currentTimeMillis() << 20);
    private final Loop loop;

    /** Events already written, by what they say; confined to the loop. */
    private final Map<Occurrence, Written> written =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Occurrence, Written> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /**
     * @param component who speaks, such as {@code node-controller}
     */
    public EventRecorder(ApiClient client, String component) {
        this.client = client;
        this.component = component;
        this.loop = Loop.virtual("events-" + component).run(this::writeAll);
        loop.start();
    }

    /** Tells of something expected. {@code about} is a whole object, its kind included. */
    public void normal(ObjectNode about, String reason, String message) {
        onHost("").normal(about, reason, message);
    }

    /** Tells of something that needs attention. {@code about} is a whole object with its kind. */
    public void warning(ObjectNode about, String reason, String message) {
        onHost("").warning(about, reason, message);
    }

    /** This recorder for a component of many nodes: it says on which one something happened. */
    public OnHost onHost(String host) {
        return new OnHost(this, host);
    }

    /** How many events were dropped because too many waited. */
    public long dropped() {
        return dropped.get();
    }

    /** Ends the writing; what still waits is dropped. */
    @Override
    public void close() {
        loop.close();
    }

    private void record(Occurrence occurrence) {
        if (queue.offer(occurrence)) {
            loop.wake();
        } else if (dropped.getAndIncrement() == 0) {
            LOG.log(Level.WARNING, () -> "events dropped component=" + component);
        }
    }

    private void writeAll() {
        for (Occurrence next = queue.poll(); next != null; next = queue.poll()) {
            Occurrence occurrence = next;
            try {
                written.put(occurrence, write(occurrence, written.get(occurrence)));
            } catch (RuntimeException e) {
                // An event about an object of a namespace that is going is refused, for one.
                // Whatever it is, the events after it are written.
                LOG.log(Level.DEBUG, () -> "event not written %s: %s".formatted(occurrence, e));
            }
            if (loop.isClosed()) {
                return;
            }
        }
    }

    private Written write(Occurrence occurrence, @Nullable Written before) {
        String now = Times.time(Instant.now());
        if (before != null) {
            ObjectNode patch = Json.object();
            patch.put("count", before.count() + 1).put("lastTimestamp", now);
            try {
                client.patch(
                        Kinds.EVENTS, before.namespace(), before.name(), PatchType.MERGE, patch);
                return new Written(before.namespace(), before.name(), before.count() + 1);
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
        ObjectNode event = event(occurrence, now);
        client.create(Kinds.EVENTS, event);
        return new Written(
                Fields.text(event, "metadata", "namespace"),
                Fields.text(event, "metadata", "name"),
                1);
    }

    private ObjectNode event(Occurrence occurrence, String now) {
        ObjectNode about = occurrence.about();
        String namespace = Fields.optionalText(about, "namespace").orElse("default");
        String name = "%s.%x".formatted(Fields.text(about, "name"), serial.incrementAndGet());
        ObjectNode event = Json.object();
        event.put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata").put("namespace", namespace).put("name", name);
        event.set("involvedObject", about);
        event.put("type", occurrence.type());
        event.put("reason", occurrence.reason());
        event.put("message", occurrence.message());
        ObjectNode source = event.putObject("source").put("component", component);
        event.put("reportingComponent", component);
        if (!occurrence.host().isEmpty()) {
            source.put("host", occurrence.host());
            event.put("reportingInstance", occurrence.host());
        }
        event.put("firstTimestamp", now).put("lastTimestamp", now).put("count", 1);
        return event;
    }

    /** An ObjectReference; without the version, so that repeated events are alike. */
    private static ObjectNode reference(ObjectNode object) {
        ObjectNode reference = Json.object();
        reference.put("kind", Fields.text(object, "kind"));
        reference.put("apiVersion", Fields.text(object, "apiVersion"));
        for (String field : new String[] {"namespace", "name", "uid"}) {
            Fields.optionalText(object, "metadata", field)
                    .ifPresent(value -> reference.put(field, value));
        }
        return reference;
    }
}
