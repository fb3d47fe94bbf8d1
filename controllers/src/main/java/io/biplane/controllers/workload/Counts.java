package io.biplane.controllers.workload;

import tools.jackson.databind.node.ObjectNode;

/** Numbers in a status, as the API keeps them and a parser reads them: a zero is left out. */
final class Counts {
    private Counts() {}

    /** Otherwise a status that was computed would never equal the one that is stored. */
    static void set(ObjectNode status, String field, long count) {
        if (count == 0) {
            status.remove(field);
        } else if (count == (int) count) {
            status.put(field, (int) count);
        } else {
            status.put(field, count);
        }
    }
}
