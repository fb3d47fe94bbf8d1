package io.biplane.apiserver.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * What a certificate must say.
 *
 * @param alternativeNames DNS names and addresses of a server; none for a client
 */
record Profile(
        String commonName,
        List<String> organizations,
        List<String> alternativeNames,
        KeyKind keyKind) {
    /** Elliptic keys are made and used faster; some client libraries read only RSA unaided. */
    enum KeyKind {
        EC,
        RSA
    }

    Profile {
        organizations = List.copyOf(organizations);
        alternativeNames = List.copyOf(alternativeNames);
    }

    static Profile client(String commonName, String... organizations) {
        return new Profile(commonName, List.of(organizations), List.of(), KeyKind.EC);
    }

    static Profile server(String commonName, List<String> alternativeNames) {
        return new Profile(commonName, List.of(), alternativeNames, KeyKind.EC);
    }

    /** A client whose key any library can read: people hand their kubeconfig to all of them. */
    static Profile person(String commonName, String... organizations) {
        return new Profile(commonName, List.of(organizations), List.of(), KeyKind.RSA);
    }

    /** Only addresses hold a colon, or digits and dots alone. */
    static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    }

    /** Whether a certificate made earlier still says the same. */
    boolean matches(X509Certificate certificate) {
        try {
            LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
            return certificate.getPublicKey().getAlgorithm().equals(keyKind.name())
                    && values(subject, "CN").equals(Set.of(commonName))
                    && values(subject, "O").equals(Set.copyOf(organizations))
                    && names(certificate).equals(canonical(alternativeNames));
        } catch (InvalidNameException | CertificateParsingException e) {
            return false;
        }
    }

    private static Set<String> values(LdapName name, String type) {
        return name.getRdns().stream()
                .filter(r -> r.getType().equalsIgnoreCase(type))
                .map(Rdn::getValue)
                .map(String::valueOf)
                .collect(Collectors.toSet());
    }

    private static Set<String> names(X509Certificate certificate)
            throws CertificateParsingException {
        Collection<List<?>> entries = certificate.getSubjectAlternativeNames();
        return entries == null
                ? Set.of()
                : canonical(entries.stream().map(e -> String.valueOf(e.get(1))).toList());
    }

    // The JDK prints an IPv6 address in its own long form, so both sides go through InetAddress.
    private static Set<String> canonical(List<String> names) {
        Set<String> result = new TreeSet<>();
        for (String name : names) {
            result.add(
                    isAddress(name) ? java.net.InetAddress.ofLiteral(name).getHostAddress() : name);
        }
        return result;
    }
}
