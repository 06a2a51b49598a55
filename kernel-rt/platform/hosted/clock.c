// The machine's clock, as drivers of the MC146818 find it behind ports 0x70 and 0x71: UTC, 24 hours, two decimal digits a byte.
// It cannot be set, and raises no interrupt.

#include "hosted.h"

#include <stdbool.h>
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

static uint8_t digits(uint32_t number) {
    return (uint8_t)(number / 10 % 10 << 4 | number % 10);
}

typedef struct Date {
    uint32_t seconds, minutes, hours, weekday, day, month, year;
} Date;

static bool is_leap(uint32_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t days_of_month(uint32_t month, uint32_t year) {
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month] + (month == 1 && is_leap(year));
}

// Counted here: the C library reads a time zone first, for which there is no room on a SIP's stack.
static Date date_of(uint64_t now) {
    Date date = { .seconds = now % 60, .minutes = now / 60 % 60, .hours = now / 3600 % 24 };
    uint64_t days = now / 86400;
    date.weekday = (days + 4) % 7;
    for (date.year = 1970; days >= 365u + is_leap(date.year); date.year++)
        days -= 365u + is_leap(date.year);
    for (; days >= days_of_month(date.month, date.year); date.month++)
        days -= days_of_month(date.month, date.year);
    date.day = (uint32_t)days;
    return date;
}

static uint8_t read_register(uint8_t number) {
    const Date date = date_of((uint64_t)time(NULL));
    switch (number) {
    case SECONDS: return digits(date.seconds);
    case MINUTES: return digits(date.minutes);
    case HOURS: return digits(date.hours);
    case WEEKDAY: return digits(date.weekday + 1);
    case DAY: return digits(date.day + 1);
    case MONTH: return digits(date.month + 1);
    case YEAR: return digits(date.year);
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
