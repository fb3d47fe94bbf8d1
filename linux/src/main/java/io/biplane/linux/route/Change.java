package io.biplane.linux.route;

import io.biplane.linux.NetworkNamespace;

import java.util.Optional;
import java.util.OptionalInt;

/** One thing to be done to the links, addresses, routes or neighbours of a namespace. */
public sealed interface Change {
    /**
     * One end of a new veth pair.
     *
     * @param name up to 15 bytes
     * @param index the index that the link gets; 0 leaves it to the kernel
     * @param namespace where this end goes; empty: the socket's own namespace
     */
    record VethEnd(String name, Mac mac, int index, Optional<NetworkNamespace> namespace) {
        public VethEnd {
            checkName(name);
        }

        /** An end in the socket's own namespace, with an index of the kernel's choice. */
        public static VethEnd here(String name, Mac mac) {
            return new VethEnd(name, mac, 0, Optional.empty());
        }

        /** An end in {@code namespace}, with a known index (2 is the first one after loopback). */
        public static VethEnd in(NetworkNamespace namespace, String name, Mac mac, int index) {
            return new VethEnd(name, mac, index, Optional.of(namespace));
        }
    }

    /**
     * A veth pair, both ends down. An end gets no address by itself once it is set up with {@link
     * SetLink#upWithoutAutoconf}.
     */
    record AddVeth(VethEnd near, VethEnd far, int mtuBytes) implements Change {
        @Override
        public String toString() {
            return "add link %s type veth peer %s".formatted(near.name, far.name);
        }
    }

    /** A bridge, down, without spanning tree. */
    record AddBridge(String name, Mac mac, int mtuBytes) implements Change {
        public AddBridge {
            checkName(name);
        }

        @Override
        public String toString() {
            return "add link %s type bridge".formatted(name);
        }
    }

    /**
     * Alters a link; what is empty stays as it is.
     *
     * @param up sets it up or down
     * @param masterIndex the bridge it becomes a port of; 0 takes it out of its bridge
     * @param arp false: no ARP and no neighbour discovery on the link ({@code NOARP}), for links
     *     whose neighbours are all permanent: nothing that is said there is learnt
     * @param autoconf false: no link-local address and no address from advertisements, by {@code
     *     addrgenmode none}; takes effect before the link comes up
     */
    record SetLink(
            String name,
            Optional<Boolean> up,
            OptionalInt masterIndex,
            OptionalInt mtuBytes,
            Optional<Mac> mac,
            Optional<Boolean> arp,
            boolean autoconf)
            implements Change {
        public SetLink {
            checkName(name);
        }

        private static SetLink of(String name, boolean up, boolean autoconf) {
            return new SetLink(
                    name,
                    Optional.of(up),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    autoconf);
        }

        /** Sets a link up, with the kernel's usual IPv6 autoconfiguration. */
        public static SetLink up(String name) {
            return of(name, true, true);
        }

        /** Sets a link down. */
        public static SetLink down(String name) {
            return of(name, false, true);
        }

        /** Sets a link up with no address but those that are added. */
        public static SetLink upWithoutAutoconf(String name) {
            return of(name, true, false);
        }

        /** The same, and makes it a port of a bridge; 0 takes it out of its bridge. */
        public SetLink withMaster(int index) {
            return new SetLink(name, up, OptionalInt.of(index), mtuBytes, mac, arp, autoconf);
        }

        /** The same, and gives the link this MTU. */
        public SetLink withMtu(int bytes) {
            return new SetLink(name, up, masterIndex, OptionalInt.of(bytes), mac, arp, autoconf);
        }

        /** The same, and gives the link this address. */
        public SetLink withMac(Mac address) {
            return new SetLink(
                    name, up, masterIndex, mtuBytes, Optional.of(address), arp, autoconf);
        }

        /** The same, and switches ARP and neighbour discovery on or off. */
        public SetLink withArp(boolean on) {
            return new SetLink(name, up, masterIndex, mtuBytes, mac, Optional.of(on), autoconf);
        }

        @Override
        public String toString() {
            return "set link " + name;
        }
    }

    /** Removes a link, with its other end if it is a veth. */
    record DeleteLink(String name) implements Change {
        public DeleteLink {
            checkName(name);
        }

        @Override
        public String toString() {
            return "delete link " + name;
        }
    }

    /** Adds an address; an IPv6 one is usable at once (no duplicate address detection). */
    record AddAddress(Address address) implements Change {
        @Override
        public String toString() {
            return "add address " + address;
        }
    }

    /** Removes an address. */
    record DeleteAddress(Address address) implements Change {
        @Override
        public String toString() {
            return "delete address " + address;
        }
    }

    /** Adds a route, or puts it in the place of the one with its destination and metric. */
    record ReplaceRoute(Route route) implements Change {
        @Override
        public String toString() {
            return "replace route " + route;
        }
    }

    /** Removes a route. */
    record DeleteRoute(Route route) implements Change {
        @Override
        public String toString() {
            return "delete route " + route;
        }
    }

    /** Adds a neighbour, or puts it in the place of the one with its address. */
    record ReplaceNeighbour(Neighbour neighbour) implements Change {
        @Override
        public String toString() {
            return "replace neighbour " + neighbour;
        }
    }

    /** Removes a neighbour. */
    record DeleteNeighbour(Neighbour neighbour) implements Change {
        @Override
        public String toString() {
            return "delete neighbour " + neighbour;
        }
    }

    private static void checkName(String name) {
        if (name.isEmpty()
                || name.length() > 15
                || name.equals(".")
                || name.equals("..")
                || !name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != ':')) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot name a link: 1 to 15 characters, no space, slash or colon"
                            .formatted(name));
        }
    }
}
