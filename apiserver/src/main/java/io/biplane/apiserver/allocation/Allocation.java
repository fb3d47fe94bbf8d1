package io.biplane.apiserver.allocation;

import io.biplane.api.StatusException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

/**
 * How the objects of one kind come by what is theirs alone. The caller writes object and claims in
 * one transaction; when a condition of a claim is unmet, it plans again on a fresh copy of what the
 * client sent. May be called from any thread.
 */
public interface Allocation {
    /** The allocation of kinds that hold nothing. */
    Allocation NONE =
            new Allocation() {
                @Override
                public Claims plan(ObjectNode object, @Nullable ObjectNode old, boolean dryRun) {
                    return Claims.NONE;
                }

                @Override
                public Claims release(ObjectNode object) {
                    return Claims.NONE;
                }
            };

    /**
     * Fills in what the object lacks and says what the write must claim and let go.
     *
     * @param object defaulted and prepared, with its {@code metadata.uid}; it is changed
     * @param old what is stored, null on create
     * @param dryRun whether nothing will be written; then the claims are empty and addresses only
     *     show what would be
     * @throws StatusException what was asked for is taken or out of range, or nothing is left
     */
    Claims plan(ObjectNode object, @Nullable ObjectNode old, boolean dryRun);

    /** What the removal of the object must let go. */
    Claims release(ObjectNode object);

    /**
     * Whether a client may delete the object, or mark it for deletion.
     *
     * @throws StatusException 403 another object lives by this one
     */
    default void checkDeletion(ObjectNode object) {}
}
