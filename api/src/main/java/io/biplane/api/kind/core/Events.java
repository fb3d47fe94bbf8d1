package io.biplane.api.kind.core;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.SelectableField;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.EventColumns;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Stream;

/**
 * Events, in the forms of two groups. They are stored in the older one and go after a time, so the
 * garbage collector leaves them alone.
 */
public final class Events {
    public static final Kind KIND =
            Kind.named("", "v1", "events", "Event")
                    .shortNames("ev")
                    .select(fieldsOf("involvedObject"))
                    .select("reason", "")
                    .select("type", "")
                    .select("reportingComponent", "")
                    .select("source", "")
                    .columns(EventColumns.CORE)
                    .rules(resource -> new Rules(resource, "involvedObject"))
                    .alsoServed("events.k8s.io", "v1")
                    .select(fieldsOf("regarding"))
                    .select("reason", "")
                    .select("type", "")
                    .select("reportingController", "")
                    .columns(EventColumns.EVENTS)
                    .rules(resource -> new Rules(resource, "regarding"))
                    .convertedBy(EventForms::convert)
                    .countsNoGeneration()
                    .expires()
                    .build();

    private Events() {}

    private static List<SelectableField> fieldsOf(String subject) {
        return Stream.of(
                        "kind",
                        "namespace",
                        "name",
                        "uid",
                        "apiVersion",
                        "resourceVersion",
                        "fieldPath")
                .map(field -> new SelectableField(subject + "." + field, ""))
                .toList();
    }

    /**
     * The rules of Events, in either form: they lie in the namespace of what they are about, or in
     * default.
     */
    private static final class Rules extends NamedStrategy {
        private final String subject;

        /**
         * @param subject the field that names what the event is about
         */
        Rules(Resource resource, String subject) {
            super(resource);
            this.subject = subject;
        }

        @Override
        protected void check(ObjectNode event, List<FieldError> errors) {
            String namespace = Fields.string(event, "metadata", "namespace");
            String about = Fields.string(event, subject, "namespace");
            if (about.isEmpty()) {
                if (!namespace.equals("default") && !namespace.equals("kube-system")) {
                    errors.add(
                            FieldError.invalid(
                                    subject + ".namespace",
                                    about,
                                    "does not match event.namespace"));
                }
            } else if (!about.equals(namespace)) {
                errors.add(
                        FieldError.invalid(
                                subject + ".namespace", about, "does not match event.namespace"));
            }
        }
    }
}
