package io.biplane.network.fabric;

import io.biplane.api.view.NodeView;

import java.util.List;

/** Hears that damage was found and repaired: to log it, and to tell the cluster. */
@FunctionalInterface
public interface RepairListener {
    /**
     * @param station whose namespace it was: a node's name, {@code fabric}, {@code outside} or
     *     {@code host}
     * @param repaired what was missing or wrong, at least one
     */
    void repaired(String station, List<String> repaired);

    /** A Node's block gets no route anywhere, for that reason; told once as long as it holds. */
    default void refused(NodeView node, String reason) {}
}
