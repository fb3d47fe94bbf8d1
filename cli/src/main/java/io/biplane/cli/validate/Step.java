package io.biplane.cli.validate;

import java.util.List;

/**
 * A step of the walk. It looks, and says what it saw; it never throws for what is wrong with the
 * cluster.
 *
 * @param id as {@code --skip} takes it
 * @param description for {@code --help}
 * @param makesObjects whether it makes objects, or needs pods that were made for it
 * @param look what to do
 */
record Step(String id, String description, boolean makesObjects, Look look) {
    /** Looks at a cluster. */
    interface Look {
        List<Finding> at(Playground playground);
    }
}
