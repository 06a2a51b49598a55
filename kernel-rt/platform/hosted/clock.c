// The machine's clock, as drivers of the MC146818 find it behind ports 0x70 and 0x71: UTC, 24 hours, two decimal digits a byte.
// It cannot be set, and raises no interrupt.

#include "hosted.h"

#include <time.h>

enum {
    SECONDS = 0,
    MINUTES = 2,
    HOURS = 4,
    WEEKDAY = 6,
    DAY = 7,
    MONTH = 8,
    YEAR = 9,
    STATUS_A = 10,
    STATUS_B = 11,
    STATUS_D = 13,
    TICKS_AS_USUAL = 0x26,
    OF_24_HOURS = 0x02,
    HAS_BATTERY = 0x80,
};

static uint8_t chosen;

static uint8_t digits(int number) {
    return (uint8_t)(number / 10 % 10 << 4 | number % 10);
}

static uint8_t read_register(uint8_t number) {
    const time_t now = time(NULL);
    struct tm date = { 0 };
    gmtime_r(&now, &date);
    switch (number) {
    case SECONDS: return digits(date.tm_sec < 60 ? date.tm_sec : 59);
    case MINUTES: return digits(date.tm_min);
    case HOURS: return digits(date.tm_hour);
    case WEEKDAY: return digits(date.tm_wday + 1);
    case DAY: return digits(date.tm_mday);
    case MONTH: return digits(date.tm_mon + 1);
    case YEAR: return digits(date.tm_year);
    case STATUS_A: return TICKS_AS_USUAL;
    case STATUS_B: return OF_24_HOURS;
    case STATUS_D: return HAS_BATTERY;
    default: return 0;
    }
}

uint8_t hosted_clock_read(uint16_t port) {
    return port == HOSTED_CLOCK_PORT ? 0xff : read_register(chosen & 0x7f);
}

void hosted_clock_write(uint16_t port, uint8_t value) {
    if (port == HOSTED_CLOCK_PORT) chosen = value;
}
