package io.biplane.client;

/** The kinds of patch, by their media types. */
public enum PatchType {
    JSON("application/json-patch+json"),
    MERGE("application/merge-patch+json"),
    STRATEGIC("application/strategic-merge-patch+json");

    private final String mediaType;

    PatchType(String mediaType) {
        this.mediaType = mediaType;
    }

    /** The request's Content-Type. */
    public String mediaType() {
        return mediaType;
    }
}
