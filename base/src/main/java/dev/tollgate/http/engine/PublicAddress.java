package dev.tollgate.http.engine;

import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.host.OpenFiles;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.HttpLimits;
import java.time.Duration;
import java.util.HashSet;

/** The address that callers use, as the settings say. */
public final class PublicAddress {

    private PublicAddress() {}

    /**
     * Returns its options. To be asked when all else is open: callers get the files that are left then.
     *
     * @param halfClose how long after a request the end of what its caller sends is no departure
     */
    public static HttpOptions options(Settings settings, Duration halfClose) {
        HttpLimits http = HttpLimits.of(
                Math.toIntExact(settings.get(TrafficSettings.BODY_BYTES)),
                Math.toIntExact(settings.get(TrafficSettings.HEADER_BYTES)),
                Math.min(
                        settings.get(TrafficSettings.CONNECTIONS),
                        OpenFiles.connectionsFor(OpenFiles.max(), OpenFiles.open())),
                settings.get(TrafficSettings.BODY),
                settings.get(TrafficSettings.BODY_TOTAL),
                settings.get(TrafficSettings.IDLE),
                settings.get(TrafficSettings.WRITE));
        HttpOptions options = new HttpOptions(
                settings.get(ServerSettings.HOST),
                settings.get(ServerSettings.PORT),
                Runtime.getRuntime().availableProcessors(),
                settings.get(TrafficSettings.TRUSTED_HOPS),
                new HashSet<>(settings.get(TrafficSettings.CORS_ORIGINS)),
                http);
        EdgeLimits edge = options.edge().withHalfClose(halfClose);
        return options.withEdge(edge.withConnectionsPerAddressMax(perAddress(settings, http.connectionsMax())));
    }

    /** Returns the limit of one address as set, else a quarter of all connections. If few files may be open, others keep at least half. */
    private static int perAddress(Settings settings, int connectionsMax) {
        Integer set = settings.find(TrafficSettings.ADDRESS_CONNECTIONS);
        return set != null
                ? set
                : Math.max(1, Math.min(settings.get(TrafficSettings.CONNECTIONS) / 4, connectionsMax / 2));
    }
}
