package io.biplane.api.view;

import tools.jackson.databind.node.ObjectNode;

/** An object as those who read many of them use it: taken apart once, with its tree beside it. */
public interface Viewed {
    /** The whole object; it must not be changed. */
    ObjectNode json();

    Meta meta();
}
