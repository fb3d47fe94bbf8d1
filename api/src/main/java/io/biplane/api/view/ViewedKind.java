package io.biplane.api.view;

import io.biplane.api.Resource;
import io.biplane.api.kind.Kinds;

import tools.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A resource and the view that its objects are read as. Those who ask for the same one can share
 * what was read: the constants, and {@link #plain} for all resources without a view of their own.
 *
 * @param view reads an object; the same function for all who are to share
 */
public record ViewedKind<T extends Viewed>(Resource resource, Function<ObjectNode, T> view) {
    public static final ViewedKind<EndpointSliceView> ENDPOINT_SLICES =
            new ViewedKind<>(Kinds.ENDPOINT_SLICES, EndpointSliceView::of);
    public static final ViewedKind<NodeView> NODES = new ViewedKind<>(Kinds.NODES, NodeView::of);
    public static final ViewedKind<PodView> PODS = new ViewedKind<>(Kinds.PODS, PodView::of);
    public static final ViewedKind<ServiceView> SERVICES =
            new ViewedKind<>(Kinds.SERVICES, ServiceView::of);
    public static final ViewedKind<ServiceCidrView> SERVICE_CIDRS =
            new ViewedKind<>(Kinds.SERVICE_CIDRS, ServiceCidrView::of);

    private static final Function<ObjectNode, ObjectView> PLAIN = ObjectView::of;
    private static final Map<Resource, ViewedKind<?>> OWN =
            Stream.of(ENDPOINT_SLICES, NODES, PODS, SERVICES, SERVICE_CIDRS)
                    .collect(Collectors.toUnmodifiableMap(ViewedKind::resource, kind -> kind));

    /**
     * A resource that is read as an {@link ObjectView}.
     *
     * @throws IllegalArgumentException if it has a view of its own: there is a constant for it
     */
    public static ViewedKind<ObjectView> plain(Resource resource) {
        if (OWN.containsKey(resource)) {
            throw new IllegalArgumentException(
                    "%s have a view of their own: take ViewedKind's constant".formatted(resource));
        }
        return new ViewedKind<>(resource, PLAIN);
    }

    /** Any resource, for those who look no further than the metadata. */
    public static ViewedKind<?> of(Resource resource) {
        ViewedKind<?> own = OWN.get(resource);
        return own == null ? plain(resource) : own;
    }
}
