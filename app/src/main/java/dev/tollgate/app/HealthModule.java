package dev.tollgate.app;

import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Health;
import dev.tollgate.http.Readiness;
import dev.tollgate.http.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The readiness of this server, for load balancers and the servers that share the books, from its start to its shutdown. Thread-safe. */
record HealthModule(BooksModule books, EventLoops loops, Stopping stopping) {

    private static final Logger log = LoggerFactory.getLogger(HealthModule.class);

    List<Route<?>> routes() {
        return List.of(
                route("live", this::stuck),
                route("ready", new Readiness(this::complaints)),
                route("startup", List::of)); // the schema is there before anything listens
    }

    private static Route<?> route(String name, Supplier<List<String>> complaints) {
        return Route.get("/health/" + name, Gate.PUBLIC, new Health(complaints)).whileDraining();
    }

    /** Complaints that only another process can end: no upstream's and no database's. */
    private List<String> stuck() {
        return loops.turn() ? List.of() : List.of("event_loop");
    }

    private List<Readiness.Complaint> complaints() {
        List<Readiness.Complaint> complaints = new ArrayList<>(books.calls().complaints());
        if (stopping.isAnnounced()) {
            complaints.add(new Readiness.Complaint("draining", "the server is shutting down"));
        }
        if (!loops.turn()) {
            complaints.add(new Readiness.Complaint("event_loop", "an event loop is stuck"));
        }
        return complaints;
    }

    /** Announces that this server stops: requests should go elsewhere, those that come are served. Further calls do nothing. */
    void announce() {
        if (stopping.announce()) {
            log.info("shutdown announced: /health/ready reports 503, load balancers should send no more requests");
            books.node().tellDraining();
        }
    }
}
