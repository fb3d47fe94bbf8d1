package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The columns of Events, in the forms of both groups. */
public final class EventColumns {
    /** How the form of a group names what the columns show. */
    private record Names(
            String object,
            String message,
            String source,
            String first,
            String last,
            String count) {}

    public static final List<Column> CORE =
            columns(
                    new Names(
                            "involvedObject",
                            "message",
                            "source",
                            "firstTimestamp",
                            "lastTimestamp",
                            "count"));
    public static final List<Column> EVENTS =
            columns(
                    new Names(
                            "regarding",
                            "note",
                            "deprecatedSource",
                            "deprecatedFirstTimestamp",
                            "deprecatedLastTimestamp",
                            "deprecatedCount"));

    private EventColumns() {}

    private static List<Column> columns(Names names) {
        return List.of(
                Column.text(
                        "Last Seen",
                        "When the event last happened.",
                        (event, now) -> lastSeen(event, names, now)),
                Column.text(
                        "Type", "Normal or Warning.", (event, now) -> Fields.string(event, "type")),
                Column.text(
                        "Reason",
                        "Why, in one word.",
                        (event, now) -> Fields.string(event, "reason")),
                Column.text(
                        "Object",
                        "What the event is about.",
                        (event, now) -> object(event.path(names.object))),
                Column.text(
                                "Subobject",
                                "The part of the object that it is about.",
                                (event, now) -> Fields.string(event, names.object, "fieldPath"))
                        .wide(),
                Column.text("Source", "Who reports it.", (event, now) -> source(event, names))
                        .wide(),
                Column.text(
                        "Message",
                        "What happened.",
                        (event, now) -> Fields.string(event, names.message).strip()),
                Column.text(
                                "First Seen",
                                "When the event first happened.",
                                (event, now) -> firstSeen(event, names, now))
                        .wide(),
                Column.number(
                                "Count",
                                "How often it happened.",
                                (event, now) -> count(event, names))
                        .wide(),
                new Column(
                        "Name",
                        "string",
                        "name",
                        1,
                        "Name of the event.",
                        Column.objectName().cell()));
    }

    private static String object(JsonNode reference) {
        String kind = Fields.string(reference, "kind").toLowerCase(Locale.ROOT);
        String name = Fields.string(reference, "name");
        return name.isEmpty() ? kind : kind + "/" + name;
    }

    private static String source(JsonNode event, Names names) {
        JsonNode source = event.path(names.source);
        String host = Fields.string(source, "host");
        String component = Fields.string(source, "component");
        if (component.isEmpty()) {
            component =
                    first(
                            Fields.string(event, "reportingComponent"),
                            Fields.string(event, "reportingController"));
            host = Fields.string(event, "reportingInstance");
        }
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static String firstSeen(JsonNode event, Names names, Instant now) {
        return Age.since(
                first(Fields.string(event, names.first), Fields.string(event, "eventTime")), now);
    }

    private static String lastSeen(JsonNode event, Names names, Instant now) {
        return Age.since(
                first(
                        Fields.string(event, "series", "lastObservedTime"),
                        Fields.string(event, names.last),
                        Fields.string(event, names.first),
                        Fields.string(event, "eventTime")),
                now);
    }

    private static int count(JsonNode event, Names names) {
        int inSeries = Fields.at(event, "series", "count").intValue(0);
        return inSeries > 0 ? inSeries : event.path(names.count).intValue(1);
    }

    private static String first(String... texts) {
        return Stream.of(texts).filter(text -> !text.isEmpty()).findFirst().orElse("");
    }
}
