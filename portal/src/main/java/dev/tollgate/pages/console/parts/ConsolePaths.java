package dev.tollgate.pages.console.parts;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Sentence;

/** The addresses of the console's pages, by which pages lead to each other. */
public final class ConsolePaths {

    public static final String OVERVIEW = "/console";
    public static final String ACCOUNTS = OVERVIEW + "/accounts";
    public static final String AUDIT = OVERVIEW + "/audit";
    public static final String BOOKS = OVERVIEW + "/books";
    public static final String MONTHS = BOOKS + "/months";
    public static final String CHANNELS = OVERVIEW + "/channels";
    public static final String GROUPS = OVERVIEW + "/groups";
    public static final String PAYMENTS = OVERVIEW + "/payments";
    public static final String PLANS = OVERVIEW + "/plans";
    public static final String PRICES = OVERVIEW + "/prices";
    public static final String PROVE = OVERVIEW + "/prove";
    public static final String REQUESTS = OVERVIEW + "/requests";
    public static final String JOBS = REQUESTS + "/jobs";
    public static final String REFUSED = REQUESTS + "/refused";
    public static final String REVENUE = OVERVIEW + "/revenue";
    public static final String SETTINGS = OVERVIEW + "/settings";
    public static final String MAIL = SETTINGS + "/mail";
    public static final String SIGN_UP = SETTINGS + "/sign-up";
    public static final String STATUS = OVERVIEW + "/status";
    public static final String VOUCHERS = OVERVIEW + "/vouchers";

    private ConsolePaths() {}

    /** Returns the error of an address below these that leads to nothing. */
    public static RuntimeException notFound(Sentence message) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, message).withStatus(404).asException();
    }
}
