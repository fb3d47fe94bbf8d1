package io.biplane.node.standin;

/** A port on which a container's stand-in listens. */
sealed interface Port {
    String container();

    int number();

    record Tcp(String container, int number) implements Port {
        @Override
        public String toString() {
            return "listen tcp " + number;
        }
    }

    record Udp(String container, int number) implements Port {
        @Override
        public String toString() {
            return "listen udp " + number;
        }
    }
}
