package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.words.Language;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import templates.JteerrorGenerated;

/** Errors as pages for browsers. Programs get the platform's JSON. An error knows no person: the language is the browser's. */
record PageErrors(Site site, Language language) implements ErrorFormat {

    private static final Logger LOG = LoggerFactory.getLogger(PageErrors.class);

    @Override
    public ErrorFormat of(Exchange exchange) {
        String accept = exchange.header("accept");
        return accept != null && accept.contains("text/html")
                ? new PageErrors(site, site.language(exchange, null, null))
                : ErrorFormat.PLATFORM;
    }

    @Override
    public byte[] render(ApiError error) {
        return error.status() == 303 ? new byte[0] : language.bound(() -> page(error));
    }

    private byte[] page(ApiError error) {
        String title =
                switch (error.status()) {
                    case 403 -> say("No access");
                    case 404 -> say("Page not found");
                    case 421 -> say("Unknown host name");
                    case 503 -> say("Temporarily unavailable");
                    default -> error.status() >= 500 ? say("Server error") : say("Request failed");
                };
        String message = error.status() == 404
                ? say("The page has moved, or the address has a typo.")
                : error.forPeople().said();
        try {
            return PageHtml.render(
                    out -> JteerrorGenerated.render(out, null, site.brand(), title, message, error.status() == 403));
        } catch (RuntimeException broken) { // the visitor gets an answer even if the error page is broken
            LOG.error(Event.REQUEST_FAULT, "the page of errors is broken", broken);
            return (title + ". " + message).replace("<", "").getBytes(StandardCharsets.UTF_8);
        }
    }

    @Override
    public String contentType() {
        return "text/html; charset=utf-8";
    }

    @Override
    public Map<String, String> headers() {
        return PageHeaders.in(language);
    }
}
