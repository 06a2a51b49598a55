// sipcc: the command. All it does is in driver/.

#include "driver/driver.h"

int main(int argc, char **argv) {
    return driver_main(argc, argv);
}
