package io.biplane.apiserver.http;

import io.biplane.apiserver.User;
import io.biplane.apiserver.pki.Credentials;
import io.biplane.apiserver.pki.Pki;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** TLS by the JDK's own engine, with client certificates of the cluster's CA. */
final class Tls {
    private Tls() {}

    /** A client without a certificate may connect, so that it gets a 401 that it can read. */
    static SslContext server(Pki pki) throws IOException {
        Credentials serving = pki.serving();
        return SslContextBuilder.forServer(serving.key(), serving.certificate())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(pki.authority().certificate())
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                ApplicationProtocolNames.HTTP_2,
                                ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    /** The verified client of a session whose handshake is over. */
    static User user(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain[0] instanceof X509Certificate certificate
                    ? user(certificate)
                    : User.ANONYMOUS;
        } catch (SSLPeerUnverifiedException _) {
            return User.ANONYMOUS;
        }
    }

    private static User user(X509Certificate certificate) {
        try {
            LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
            String name = "";
            List<String> groups = new ArrayList<>();
            for (Rdn rdn : subject.getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    name = String.valueOf(rdn.getValue());
                } else if (rdn.getType().equalsIgnoreCase("O")) {
                    groups.add(String.valueOf(rdn.getValue()));
                }
            }
            groups.add("system:authenticated");
            return name.isEmpty() ? User.ANONYMOUS : new User(name, groups);
        } catch (InvalidNameException _) {
            return User.ANONYMOUS;
        }
    }
}
