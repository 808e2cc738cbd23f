package dev.tollgate.app;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.engine.Certificates;
import dev.tollgate.http.engine.HttpFront;
import dev.tollgate.http.engine.HttpOptions;
import dev.tollgate.http.engine.Unread;
import dev.tollgate.operator.cli.parts.ControlSocket;
import dev.tollgate.portal.AdminRoutes;
import dev.tollgate.running.Sweep;
import dev.tollgate.serving.CallsModule;
import dev.tollgate.serving.WatchModule;
import dev.tollgate.storage.CannotOpen;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The listening addresses: the public address, the operators' own if one is set, and the control socket. */
public final class FrontModule {

    private static final Duration COMMANDS_END = Duration.ofSeconds(5);

    private final Ground ground;
    private final BooksModule books;
    private final WatchModule watch;
    private final CallsModule calls;
    private final RefusalsModule refusals;
    private final List<Route<?>> routes;
    private final Addresses addresses;
    private final HttpOptions options;
    private final HttpFront open;
    private final @Nullable HttpFront own;
    private final HttpFront commands;

    FrontModule(
            Ground ground,
            BooksModule books,
            WatchModule watch,
            CallsModule calls,
            RefusalsModule refusals,
            Addresses addresses,
            List<Route<?>> routes,
            List<Route<?>> ofCommands,
            Vertx vertx) {
        this.ground = ground;
        this.books = books;
        this.watch = watch;
        this.calls = calls;
        this.refusals = refusals;
        this.routes = routes;
        this.addresses = addresses;
        this.options = addresses.options();
        HttpFront.Room room = room(options);
        RequestObserver requests = watch.metrics().requests();
        this.open =
                front(vertx, options, addresses.routes(routes), room, new HttpFront.Observers(this::refused, requests));
        watch.front(open, room.unread());
        HttpOptions ownOptions = addresses.ownOptions(options);
        this.own = ownOptions == null
                ? null
                : front(
                        vertx,
                        ownOptions,
                        Addresses.ownRoutes(routes),
                        room,
                        new HttpFront.Observers(calls.traces(), requests::over));
        this.commands = front(
                vertx,
                new HttpOptions("", 0, 1, 0, Set.of(), options.limits(), options.edge()),
                ofCommands,
                room,
                HttpFront.Observers.NONE);
    }

    private static HttpFront.Room room(HttpOptions options) {
        return new HttpFront.Room(
                MemoryBudget.ofHeap(),
                MemoryBudget.ofHeads(),
                Unread.ofDirectMemory(options.limits().connectionsMax()));
    }

    private HttpFront front(
            Vertx vertx, HttpOptions at, List<Route<?>> served, HttpFront.Room room, HttpFront.Observers observers) {
        HttpFront front = new HttpFront(
                vertx,
                at,
                served,
                ground.random(),
                ground.clock(),
                room,
                books.stores().keys()::isOnRoll,
                observers);
        return ground.open(front, it -> Opened.await(it.close()));
    }

    /** Scanners request pages that do not exist: of requests for pages only failures are reported. */
    private void refused(Exchange exchange, ApiError error) {
        boolean failed = error.status() >= 500;
        boolean called = exchange.isOfApi();
        if (called && !failed) {
            refusals.latest().refused(exchange, error);
        }
        if (called || failed || AdminRoutes.isForOperatorsAlone(exchange.routePattern())) {
            calls.traces().refused(exchange, error);
        }
        watch.metrics().refusals().refused(exchange, error);
    }

    List<Sweep> sweeps() {
        Certificates certificates = own == null ? null : addresses.certificates();
        return certificates == null
                ? List.of()
                : List.of(new Sweep("look-at-certificates", Certificates.LOOK_EVERY, certificates::look));
    }

    /** Listens from now on. */
    void listen() {
        Opened.await(open.start());
        addresses.tellOfFewFiles(options);
        if (own != null) {
            Opened.await(own.start());
        }
        listenToCommands(ground.settings().data());
    }

    private void listenToCommands(Path data) {
        try {
            ControlSocket.open(data, address -> Opened.await(commands.start(address)));
        } catch (IOException | CompletionException e) {
            IOException cause = e instanceof IOException known ? known : new IOException(e.getCause());
            throw new CannotOpen(
                    "The control socket in " + data + " cannot be made: " + FileTrouble.of(cause) + ".", e);
        }
        ground.opened().add(new Commands(data, commands), Commands::close);
    }

    /** Commands that ask over the control socket. */
    private record Commands(Path data, HttpFront front) {

        /** Gives running ones a few seconds to end. */
        void close() {
            try {
                ControlSocket.close(data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                Opened.await(front.drain(COMMANDS_END));
            }
        }
    }

    /** Returns the routes of both addresses. */
    List<Route<?>> routes() {
        return routes;
    }

    int port() {
        return open.port();
    }

    /** Returns the port of the operator's routes. */
    int adminPort() {
        return own == null ? port() : own.port();
    }

    /** Ends each connection with its next response. */
    void leave() {
        open.leave();
    }

    /** Accepts no more connections; requests on those that are open are served. Blocks. */
    void stopListening() {
        Opened.await(open.stopListening());
    }

    int connections() {
        return open.connections();
    }

    /** Refuses new requests. */
    void refuse() {
        open.refuse();
    }

    /** Waits until what was ended has reached its callers. Blocks. */
    void drain(Duration wait) {
        Opened.await(open.drain(wait));
    }

    /** Returns the number of callers whose answer has not ended and who have not left. */
    public int openExchanges() {
        return open.openExchanges();
    }

    /** Returns the bytes of heap that requests are charged for. */
    public long requestBytes() {
        return open.bodyBytes();
    }
}
