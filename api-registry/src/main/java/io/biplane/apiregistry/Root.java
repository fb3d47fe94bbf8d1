package io.biplane.apiregistry;

import java.util.List;

/**
 * A type to start from; all that its fields refer to comes with it.
 *
 * @param model simple name of the client's model
 * @param proto simple name of the client's holder of protobuf messages
 * @param message name of the protobuf message
 * @param kinds what clients send under this type: {@code group/version/kind}, the core group empty
 */
record Root(String model, String proto, String message, List<String> kinds) {
    Root {
        kinds = List.copyOf(kinds);
    }
}
