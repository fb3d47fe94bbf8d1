package io.biplane.linux.route;

/** How far an address or a route reaches. */
public enum Scope {
    // linux/rtnetlink.h
    GLOBAL(0),
    SITE(200),
    LINK(253),
    HOST(254),
    NOWHERE(255);

    private final int value;

    Scope(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }

    static Scope of(int value) {
        for (Scope scope : values()) {
            if (scope.value == value) {
                return scope;
            }
        }
        return GLOBAL;
    }
}
