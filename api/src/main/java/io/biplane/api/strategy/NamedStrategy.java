package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Resource;
import io.biplane.api.Strategy;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Rules for metadata, to which the rules of a kind are added; by itself the rules of a kind that
 * has no more.
 */
public class NamedStrategy implements Strategy {
    private final Resource resource;
    private final Function<String, List<String>> names;

    /** For kinds whose names are DNS subdomains, as those of most are. */
    public NamedStrategy(Resource resource) {
        this(resource, Names::dnsSubdomain);
    }

    /**
     * For kinds with another form of names.
     *
     * @param names the faults of a name
     */
    protected NamedStrategy(Resource resource, Function<String, List<String>> names) {
        this.resource = resource;
        this.names = names;
    }

    @Override
    public final List<FieldError> validate(ObjectNode object) {
        List<FieldError> errors =
                new ArrayList<>(MetaValidation.validate(object, resource.namespaced(), names));
        check(object, errors);
        return errors;
    }

    @Override
    public final List<FieldError> validateUpdate(ObjectNode object, ObjectNode old) {
        List<FieldError> errors = new ArrayList<>(MetaValidation.validateUpdate(object, old));
        errors.addAll(validate(object));
        checkChange(object, old, errors);
        return errors;
    }

    /** Adds the faults of everything but metadata. */
    protected void check(ObjectNode object, List<FieldError> errors) {}

    /** Adds the faults of a change. */
    protected void checkChange(ObjectNode object, ObjectNode old, List<FieldError> errors) {}

    /** Sets a text field that is absent or empty. */
    public static void fill(ObjectNode node, String field, String value) {
        if (node.path(field).stringValue("").isEmpty()) {
            node.put(field, value);
        }
    }

    /** Sets a number that is absent or null. */
    public static void fill(ObjectNode node, String field, int value) {
        if (!node.hasNonNull(field)) {
            node.put(field, value);
        }
    }

    /** The entries of a list that are objects. */
    public static List<ObjectNode> objects(JsonNode list) {
        return list.valueStream()
                .filter(ObjectNode.class::isInstance)
                .map(ObjectNode.class::cast)
                .toList();
    }
}
