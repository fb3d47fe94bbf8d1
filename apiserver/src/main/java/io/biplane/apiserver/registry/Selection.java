package io.biplane.apiserver.registry;

import io.biplane.api.StatusException;
import io.biplane.api.selector.FieldSelector;
import io.biplane.api.selector.LabelSelector;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.store.Store;

import java.util.Optional;

/**
 * Which objects of a collection a client wants.
 *
 * @param prefix of the collection's keys
 */
record Selection(Call call, String prefix, LabelSelector labels, FieldSelector fields) {
    /**
     * @throws StatusException (400) if a selector cannot be parsed or names an unknown field
     */
    static Selection of(Call call) {
        try {
            String fields = call.query().text("fieldSelector");
            if (!call.name().isEmpty()) {
                String name = "metadata.name=" + call.name();
                fields = fields.isEmpty() ? name : fields + "," + name;
            }
            return new Selection(
                    call,
                    ObjectKeys.prefix(call.resource(), call.namespace()),
                    LabelSelector.parse(call.query().text("labelSelector")),
                    FieldSelector.parse(fields, call.resource()));
        } catch (IllegalArgumentException e) {
            throw StatusException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    boolean isEverything() {
        return labels.isEverything() && fields.isEverything();
    }

    boolean selects(StoredObject object) {
        return (labels.isEverything() || labels.selects(object.tree()))
                && (fields.isEverything() || fields.selects(object.tree()));
    }

    /** The first key that may be selected. */
    String from() {
        return singleKey().orElse(prefix);
    }

    /** Behind the last key that may be selected. */
    String toExclusive() {
        return singleKey().map(ObjectKeys::after).orElseGet(() -> Store.prefixEnd(prefix));
    }

    private Optional<String> singleKey() {
        boolean inOneNamespace = !call.resource().namespaced() || call.namespace() != null;
        return inOneNamespace
                ? fields.required("metadata.name").filter(n -> !n.isEmpty()).map(n -> prefix + n)
                : Optional.empty();
    }
}
