package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Resource;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * The rules of Events, in either form: they lie in the namespace of what they are about, or in
 * default.
 */
final class EventStrategy extends NamedStrategy {
    private final String subject;

    /**
     * @param subject the field that names what the event is about
     */
    EventStrategy(Resource resource, String subject) {
        super(resource);
        this.subject = subject;
    }

    @Override
    protected void check(ObjectNode event, List<FieldError> errors) {
        String namespace = Json.string(event, "metadata", "namespace");
        String about = Json.string(event, subject, "namespace");
        if (about.isEmpty()) {
            if (!namespace.equals("default") && !namespace.equals("kube-system")) {
                errors.add(
                        FieldError.invalid(
                                subject + ".namespace", about, "does not match event.namespace"));
            }
        } else if (!about.equals(namespace)) {
            errors.add(
                    FieldError.invalid(
                            subject + ".namespace", about, "does not match event.namespace"));
        }
    }
}
