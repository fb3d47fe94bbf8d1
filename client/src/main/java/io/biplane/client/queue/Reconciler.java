package io.biplane.client.queue;

/** Makes the world as it should be for one key. */
@FunctionalInterface
public interface Reconciler<K> {
    /**
     * Reconciles; runs on a virtual thread and may block.
     *
     * @throws Exception to be called again for the key after a pause
     */
    void reconcile(K key) throws Exception;
}
