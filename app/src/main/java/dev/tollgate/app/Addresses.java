package dev.tollgate.app;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.ListenAddress;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.host.OpenFiles;
import dev.tollgate.http.Route;
import dev.tollgate.http.engine.Certificates;
import dev.tollgate.http.engine.HttpOptions;
import dev.tollgate.http.engine.PublicAddress;
import dev.tollgate.portal.AdminRoutes;
import dev.tollgate.serving.Surroundings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening addresses with their limits and routes: the public address, and the operators' own where one is set. Made
 * before anything is opened, so that an address that is taken, or a certificate that does not fit, leaves nothing behind.
 */
final class Addresses {

    private static final Logger log = LoggerFactory.getLogger(Addresses.class);

    private final Settings settings;
    private final Duration halfClose;
    private final @Nullable ListenAddress own;
    private final @Nullable Certificates certificates;

    /**
     * @param halfClose as {@link Surroundings} has it
     * @throws CannotListen if one of them is taken, or none of this machine's
     * @throws ConfigException for certificates that do not fit
     */
    Addresses(Settings settings, Duration halfClose) {
        this.settings = settings;
        CannotListen.check(settings.get(ServerSettings.HOST), settings.get(ServerSettings.PORT));
        this.own = settings.find(ServerSettings.ADMIN_LISTEN);
        if (own != null) {
            CannotListen.check(own.host(), own.port(), "--admin-listen");
        }
        this.certificates = settings.adminTls() == null ? null : certificates(settings.adminTls());
        this.halfClose = halfClose;
    }

    private static Certificates certificates(Settings.AdminTls files) {
        Settings.NamedFile clientCa = files.clientCa();
        try {
            return Certificates.of(new Certificates.Files(
                    named(files.certificate()), named(files.key()), clientCa == null ? null : named(clientCa)));
        } catch (Certificates.Unfit e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    private static Certificates.Named named(Settings.NamedFile file) {
        return new Certificates.Named(file.place(), file.path());
    }

    /** The public one. To be asked when all else is open: callers get the files that are left then. */
    HttpOptions options() {
        return PublicAddress.options(settings, halfClose);
    }

    /** Returns the routes that are served at this address. */
    List<Route<?>> routes(List<Route<?>> all) {
        return own == null
                ? all
                : all.stream()
                        .filter(route -> !AdminRoutes.isForOperatorsAlone(route.path()))
                        .toList();
    }

    /**
     * The operators' own, or null. It has its own loop, so that who looks after the server is answered however many call it.
     *
     * @param options of the public one
     */
    @Nullable
    HttpOptions ownOptions(HttpOptions options) {
        return own == null
                ? null
                : new HttpOptions(own.host(), own.port(), 1, 0, Set.of(), options.limits(), options.edge())
                        .withCertificates(certificates);
    }

    /** Returns the routes of the operators' own address; none if it is not set. */
    static List<Route<?>> ownRoutes(List<Route<?>> all) {
        return all.stream().filter(AdminRoutes::isServedApart).toList();
    }

    /** Returns the certificates of admin.listen, which are checked for newer ones; null without HTTPS. */
    @Nullable
    Certificates certificates() {
        return certificates;
    }

    /** Logs it if the open-file limit lowers the connection limit. Otherwise connections could use up all files, and health checks would fail. */
    void tellOfFewFiles(HttpOptions options) {
        int connections = options.limits().connectionsMax();
        if (connections < settings.get(TrafficSettings.CONNECTIONS)) {
            log.warn(
                    "open-file limit {}: accepting {} client connections, {} per address, instead of limits.connections = {}",
                    OpenFiles.max(),
                    connections,
                    options.edge().connectionsPerAddressMax(),
                    settings.get(TrafficSettings.CONNECTIONS));
        }
    }

    /** The configured address is in use or does not belong to this machine. The message is for the operator. */
    static final class CannotListen extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private CannotListen(String host, int port, String options, IOException cause) {
            super(
                    "cannot listen on %s:%d: %s. Another address can be chosen with %s."
                            .formatted(host, port, cause.getMessage(), options),
                    cause);
        }

        /** Checks the address before anything is created: a first start shows its new keys once, and only if it succeeds. */
        static void check(String host, int port) {
            check(host, port, "--host and --port");
        }

        /** @param options the command line options that choose another address */
        static void check(String host, int port, String options) {
            try (ServerSocket probe = new ServerSocket()) {
                InetSocketAddress address = new InetSocketAddress(host, port);
                if (address.isUnresolved()) {
                    throw new IOException("unknown host");
                }
                probe.bind(address);
            } catch (IOException taken) {
                throw new CannotListen(host, port, options, taken);
            }
        }
    }
}
