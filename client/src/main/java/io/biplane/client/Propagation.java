package io.biplane.client;

/** What happens to the objects that a deleted object owns. */
public enum Propagation {
    BACKGROUND("Background"),
    FOREGROUND("Foreground"),
    ORPHAN("Orphan");

    private final String apiName;

    Propagation(String apiName) {
        this.apiName = apiName;
    }

    /** The value of {@code propagationPolicy}. */
    public String apiName() {
        return apiName;
    }
}
