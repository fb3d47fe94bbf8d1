package io.biplane.node;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Small parts of the JSON trees that the agents write. */
final class Trees {
    private static final DateTimeFormatter MICRO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** metav1.Time. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** metav1.MicroTime. */
    static String microTime(Instant instant) {
        return MICRO.format(instant);
    }

    private Trees() {}
}
